"""Work on a document in a child process: kept warm, limited in time and memory, killed and begun anew when it fails."""
