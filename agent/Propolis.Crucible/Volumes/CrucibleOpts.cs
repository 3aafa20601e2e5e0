namespace Propolis.Crucible.Volumes;

/// <summary>How to reach a region set, with the names of the original's options.</summary>
public sealed record CrucibleOpts
{
    /// <summary>The upstairs id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Data addresses, "ADDRESS:PORT".</summary>
    public required IReadOnlyList<string> Target { get; init; }

    /// <summary>Accepted and without effect, as in the original.</summary>
    public bool Lossy { get; init; }

    /// <summary>Seconds after which something unflushed is flushed; 0.5 if not given.</summary>
    public float? FlushTimeout { get; init; }

    /// <summary>The encryption key, base64 of 32 bytes.</summary>
    public string? Key { get; init; }

    /// <summary>Certificate file for TLS.</summary>
    public string? CertPem { get; init; }

    /// <summary>RSA key file for TLS.</summary>
    public string? KeyPem { get; init; }

    /// <summary>Root certificate file for TLS.</summary>
    public string? RootCertPem { get; init; }

    /// <summary>Where a control server would listen; kept, not served here.</summary>
    public string? Control { get; init; }

    /// <summary>Serve reads only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Ours: acknowledge a write only after two replicas have it.</summary>
    public bool Sync { get; init; }
}
