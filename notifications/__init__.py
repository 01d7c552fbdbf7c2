"""Who is told, asked and shown."""
