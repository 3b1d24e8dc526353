"""Pure data passed between the layers; standard library only."""
