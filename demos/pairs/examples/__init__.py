"""Sentence pairs written for this app, one by one."""
