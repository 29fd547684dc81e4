"""Speed dial: short codes of a card, such as *7, each for one telephone number."""
