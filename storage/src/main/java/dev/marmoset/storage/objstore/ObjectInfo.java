package dev.marmoset.storage.objstore;

/// An object as a listing shows it.
///
/// @param key   of the object
/// @param bytes its size
public record ObjectInfo(String key, long bytes) {}
