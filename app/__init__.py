"""selfgrad: a questionnaire that grades itself. Rooms and the floors they stand on: docs/design.md."""
