"""Pure rules: no disk, no clock, no terminal."""
