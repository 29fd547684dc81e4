"""The data map: what is kept where, what for, and who else gets it; generated from the inventory, never typed.

`fides` writes it in the form of fideslang (https://ethyca.github.io/fideslang/), `layout` places it on a drawing.
"""
