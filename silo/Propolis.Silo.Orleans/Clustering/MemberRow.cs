using System.Globalization;

namespace Propolis.Silo.Orleans.Clustering;

/// <summary>A row of <c>cluster_members</c>.</summary>
sealed record MemberRow
{
    /// <summary>The columns by the names of the members here.</summary>
    public const string Columns =
        "address as Address, status as Status, host as Host, name as Name, role as Role, gateway_port as GatewayPort, suspects as Suspects, " +
        "started_at as StartedAt, alive_at as AliveAt, etag as Etag";

    public required string Address { get; init; }

    public required int Status { get; init; }

    public required string Host { get; init; }

    public required string Name { get; init; }

    public string? Role { get; init; }

    public required int GatewayPort { get; init; }

    /// <summary>Who found it silent and when, <c>address=ticks</c> with spaces between.</summary>
    public required string Suspects { get; init; }

    public required DateTime StartedAt { get; init; }

    public required DateTime AliveAt { get; init; }

    /// <summary>Counts the writes of the row.</summary>
    public long Etag { get; init; }

    public static MemberRow From(MembershipEntry entry) => new()
    {
        Address = entry.SiloAddress.ToParsableString(),
        Status = (int)entry.Status,
        Host = entry.HostName,
        Name = entry.SiloName,
        Role = entry.RoleName,
        GatewayPort = entry.ProxyPort,
        Suspects = string.Join(' ', (entry.SuspectTimes ?? []).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Item1.ToParsableString()}={one.Item2.Ticks}"))),
        StartedAt = DateTime.SpecifyKind(entry.StartTime, DateTimeKind.Utc),
        AliveAt = DateTime.SpecifyKind(entry.IAmAliveTime, DateTimeKind.Utc),
    };

    public Tuple<MembershipEntry, string> ToEntry() => new(
        new()
        {
            SiloAddress = SiloAddress.FromParsableString(Address),
            Status = (SiloStatus)Status,
            HostName = Host,
            SiloName = Name,
            RoleName = Role,
            ProxyPort = GatewayPort,
            SuspectTimes = Suspects.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ReadSuspect).ToList(),
            StartTime = StartedAt,
            IAmAliveTime = AliveAt,
        },
        Etag.ToString(CultureInfo.InvariantCulture));

    static Tuple<SiloAddress, DateTime> ReadSuspect(string text)
    {
        var at = text.LastIndexOf('=');
        return new(SiloAddress.FromParsableString(text[..at]), new DateTime(long.Parse(text[(at + 1)..], CultureInfo.InvariantCulture), DateTimeKind.Utc));
    }
}
