namespace Propolis.Crucible.Wire;

/// <summary>How new the content of an extent is. Ordered by generation, then flush number, then dirty after clean.</summary>
/// <param name="Generation">The generation that flushed it last.</param>
/// <param name="FlushNumber">The number of that flush.</param>
/// <param name="Dirty">Whether it was written to since.</param>
public readonly record struct ExtentVersion(ulong Generation, ulong FlushNumber, bool Dirty) : IComparable<ExtentVersion>
{
    /// <inheritdoc/>
    public int CompareTo(ExtentVersion other) =>
        (Generation, FlushNumber, Dirty).CompareTo((other.Generation, other.FlushNumber, other.Dirty));
}
