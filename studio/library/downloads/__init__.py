"""Weights from elsewhere, only when the person asks: what there is, and bringing it here whole."""
