"""selfgrad: a questionnaire that grades itself. The rooms and the floors they stand on are in README.md."""
