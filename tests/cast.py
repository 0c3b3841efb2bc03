"""The cast: who plays in the tests, with their kabupaten/kota, period and buildings. Fixtures shared by every test."""
