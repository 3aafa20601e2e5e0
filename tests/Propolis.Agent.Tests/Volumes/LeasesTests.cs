using Propolis.Agent.Volumes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Volumes;

namespace Propolis.Agent.Tests.Volumes;

/// <summary>Whether a generation is the newest.</summary>
public sealed class LeasesTests
{
    static readonly VolumeView View = new()
    {
        Id = VolumeId.Make("vol-a"),
        Template = new() { Project = "p", Name = "disk", Kind = VolumeKind.Crucible, SizeBytes = 1 << 20 },
        Generation = 7,
        History = [],
        Deleted = false,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Version = 1,
    };

    [Theory]
    [InlineData(7, LeaseVerdict.Held)]
    [InlineData(6, LeaseVerdict.Lost)]
    public void Only_the_newest_is_held(long generation, LeaseVerdict verdict) => Assert.Equal(verdict, Leases.Judge(View, generation));

    [Fact]
    public void Nothing_is_held_of_a_volume_that_is_gone() => Assert.Equal(LeaseVerdict.Lost, Leases.Judge(View with { Deleted = true }, 7));
}
