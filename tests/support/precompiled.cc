// Exists so that GoogleTest's headers are precompiled once and reused by each test binary.
