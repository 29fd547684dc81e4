"""The pages that sell: finding a price, the cart, the checkout, the order."""
