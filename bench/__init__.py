"""Measures the running shop over HTTP, beside two floors in one process: `make bench`."""
