"""No rows of its own: a module of models is what makes `migrate` tell an app its end."""
