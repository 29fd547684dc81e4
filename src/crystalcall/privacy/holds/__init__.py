"""Legal holds: what the law orders to be kept is neither expired nor erased, until the hold is released."""
