"""No rows of its own: with a module of models an app hears when `migrate` is done."""
