"""What is coded under which distribution: `prior` says what an entropy model can do, and there is a file a kind."""
