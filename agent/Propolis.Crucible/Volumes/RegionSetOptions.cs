using Propolis.Crucible.Crypto;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>A region set with everything around its state machine.</summary>
public sealed record RegionSetOptions
{
    /// <summary>The set.</summary>
    public required UpstairsOptions Upstairs { get; init; }

    /// <summary>The generation to open it under.</summary>
    public required ulong Generation { get; init; }

    /// <summary>The cipher of an encrypted set.</summary>
    public AesGcmSiv? Cipher { get; init; }

    /// <summary>Certificate, key and root; null connects in the clear.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Whom to ask after a refused promotion; null believes the generation is still the newest.</summary>
    public ILeaseOwner? LeaseOwner { get; init; }

    /// <summary>Fills nonces; the default is the system's random source.</summary>
    public FillRandom FillRandom { get; init; } = System.Security.Cryptography.RandomNumberGenerator.Fill;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Lines for the operator.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
