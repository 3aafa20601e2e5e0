namespace Propolis.Silo.Storage;

/// <summary>Somebody else wrote first.</summary>
/// <param name="key">What was to be written.</param>
/// <param name="expected">The version that the writer had read.</param>
public sealed class StoreConflictException(string key, long expected) : StoreException($"{key} is not at version {expected} any more");
