"""Officers: named members of staff with keys of their own, without whom nothing sealed opens."""
