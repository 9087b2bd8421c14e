"""Sets Sfumato up on a bare Python and starts it: `python3 installer/bootstrap.py run|test|repair|doctor`.

Only the standard library is used here, since nothing else is there yet.
"""
