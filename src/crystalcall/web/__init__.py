"""The customers' door: every page of the store, in English and in Russian, without a cookie or a needed script."""
