"""Is a causal mask enough? Small models from scratch under several masks (kexue.fm 9529, 9547).

Loss on outputs alone, the same parameters, starts and batches for every mask, several seeds: what
is said is what the spread of the seeds carries.
"""
