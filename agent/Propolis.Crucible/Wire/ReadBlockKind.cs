namespace Propolis.Crucible.Wire;

/// <summary>What kind of context a returned block has; the numbers are on the wire.</summary>
public enum ReadBlockKind : uint
{
    /// <summary>Never written; the data is zeros.</summary>
    Empty = 0,

    /// <summary>Encrypted, with nonce and tag.</summary>
    Encrypted = 1,

    /// <summary>Plain, with a hash.</summary>
    Unencrypted = 2,
}
