using System.Net;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>What a <see cref="DownstairsServer"/> serves and where.</summary>
public sealed record DownstairsServerOptions
{
    /// <summary>The region's directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The address of both servers.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>The data port; 0 takes a free one.</summary>
    public int Port { get; init; } = 9000;

    /// <summary>The repair port; null is the data port plus <see cref="Protocol.RepairPortOffset"/>, 0 takes a free one.</summary>
    public int? RepairPort { get; init; }

    /// <summary>The address told to others when <see cref="Address"/> is a wildcard.</summary>
    public IPAddress? AnnouncedAddress { get; init; }

    /// <summary>Serve reads only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Certificate, key and root; null serves in the clear.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>How the core behaves, given the repair address.</summary>
    public Func<IPEndPoint, DownstairsOptions> Core { get; init; } = address => new DownstairsOptions { RepairAddress = address };

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Lines for the operator.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
