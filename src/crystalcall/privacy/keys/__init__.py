"""A key for each person, in a database of its own: what it sealed is gone everywhere once the key is destroyed.

`actions` make and destroy keys, `sealing` seals, `opening` opens for a purpose, `columns` names every sealed column,
and `rotation` changes the outer key under which the keys themselves lie.
"""
