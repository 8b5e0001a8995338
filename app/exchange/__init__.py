"""What comes from other programs and goes to them: questionnaires, Moodle XML, GIFT, Anki, CSV, xAPI. Values in, text
out, and the other way round; nothing here reads a file, asks a database or knows a question bank."""
