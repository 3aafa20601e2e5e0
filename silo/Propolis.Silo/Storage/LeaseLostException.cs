namespace Propolis.Silo.Storage;

/// <summary>Another silo took the database over; this one must end.</summary>
public sealed class LeaseLostException() : StoreException("another silo has taken this database over");
