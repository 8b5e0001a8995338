"""Question files in, frozen questions out."""
