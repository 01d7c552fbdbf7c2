"""A file with wrong lines among right ones."""

WRONG = (
    "name,email,role\n"
    "Ana,ana@example.com,host\n"
    "\n"
    "Ben,ben(at)example.com,teacher\n"
    "ANA,ANA@example.com,\n"
)
