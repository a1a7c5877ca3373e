"""Objects -> the files of base/, overlays/ and rendered/."""
