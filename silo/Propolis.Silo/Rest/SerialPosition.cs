namespace Propolis.Silo.Rest;

/// <summary>How far a reader of an instance's serial console has come.</summary>
public sealed record SerialPosition
{
    /// <summary>The VMM whose bytes it has; 0 before the first.</summary>
    public long Incarnation { get; init; }

    /// <summary>The offset of the next byte since the guest's start; null while it is not known.</summary>
    public long? Offset { get; init; }

    /// <summary>Whether the VMM said that its guest moves on, with its history.</summary>
    public bool Moving { get; init; }
}
