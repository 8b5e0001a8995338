"""Runs an untrusted program and brings back its values. Standard library only."""
