"""What all functions and the connector share; imports neither."""
