"""Retrieval: a cross-encoder over a whole corpus, accelerated by CUR."""
