"""Finds key points in a student's free text. Knows words, not meaning, and nothing of questions, pages or storage."""
