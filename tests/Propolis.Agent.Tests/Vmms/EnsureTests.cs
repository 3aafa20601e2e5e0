using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Tests.Vmms;

/// <summary>Rules 1 to 3 of <see cref="AgentRoutes"/>.</summary>
public sealed class EnsureTests : IDisposable
{
    readonly TestSled _sled = new();

    public void Dispose() => _sled.Dispose();

    [Fact]
    public async Task A_new_vmm_is_made_and_run()
    {
        var status = await _sled.RunAsync(1);

        Assert.Equal(_sled.Servers.Only.How.Port, int.Parse(status.ServerAddress!.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("small", _sled.Servers.Only.Vm.Properties?.Name);
        Assert.Equal("serial", _sled.Servers.Only.Vm.Properties!.Metadata.SledSerial);
        Assert.Equal(_sled.Folder["images/vmlinuz"], _sled.Servers.Only.How.Boot.Kernel);
    }

    [Fact]
    public async Task Ensure_repeated_changes_nothing()
    {
        var first = await _sled.RunAsync(1);
        var second = await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small("another name"));

        Assert.Equal((VmmOutcome.Done, first), (second.Outcome, second.Status));
        Assert.Single(_sled.Servers.Started);
    }

    [Fact]
    public async Task A_lower_incarnation_is_stale_also_after_a_restart()
    {
        await _sled.RunAsync(5);
        Assert.Equal(VmmOutcome.Stale, (await _sled.Vmms.EnsureAsync(Requests.Key(4), Requests.Small())).Outcome);

        _sled.Restart();
        var late = await _sled.Vmms.EnsureAsync(Requests.Key(4), Requests.Small());

        Assert.Equal((VmmOutcome.Stale, VmmState.Absent), (late.Outcome, late.Status.State));
        Assert.Contains("5", late.Reason, StringComparison.Ordinal);
        Assert.Single(_sled.Servers.Started);
    }

    [Fact]
    public async Task A_higher_incarnation_starts_only_when_the_older_process_is_gone()
    {
        await _sled.RunAsync(1);
        var older = _sled.Servers.Only;
        _sled.Servers.BeforeStart = _ => Assert.True(older.Ended.IsCompleted);

        await _sled.RunAsync(2);

        Assert.True(older.WasKilled);
        Assert.Equal(VmmState.Stopped, (await _sled.Vmms.GetAsync(Requests.Key(1))).Status.State);
    }

    [Fact]
    public async Task An_ended_vmm_is_never_started_again()
    {
        await _sled.RunAsync(1);
        _sled.Servers.Only.End("its propolis-server ended with exit code 1");
        await _sled.WaitAsync(1, VmmState.Failed);

        Assert.Equal(VmmState.Failed, (await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small())).Status.State);
        _sled.Restart();
        Assert.Equal(VmmState.Failed, (await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small())).Status.State);
        Assert.Single(_sled.Servers.Started);
    }

    [Fact]
    public async Task What_this_sled_can_never_run_is_refused_with_every_reason_and_remembered()
    {
        var request = Requests.Small() with { Boot = new BootSource { Bootrom = "../shadow", Cmdline = "quiet" } };
        var reply = await _sled.Vmms.EnsureAsync(Requests.Key(3), request);

        Assert.Equal((VmmOutcome.Refused, VmmState.Absent), (reply.Outcome, reply.Status.State));
        Assert.Contains("boot.bootrom", reply.Reason, StringComparison.Ordinal);
        Assert.Contains("boot.cmdline", reply.Reason, StringComparison.Ordinal);
        Assert.Equal(VmmOutcome.Stale, (await _sled.Vmms.EnsureAsync(Requests.Key(2), Requests.Small())).Outcome);
    }

    [Fact]
    public async Task A_vmm_larger_than_the_sled_is_refused()
    {
        var small = Requests.Small();
        var reply = await _sled.Vmms.EnsureAsync(Requests.Key(1), small with { Spec = small.Spec with { Board = small.Spec.Board with { MemoryMb = 1 << 20 } } });
        Assert.Equal(VmmOutcome.Refused, reply.Outcome);
        Assert.Contains("this sled has 4096", reply.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_image_fails_with_its_name()
    {
        await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small() with { Boot = new BootSource { Bootrom = "none.fd" } });
        var status = await _sled.WaitAsync(1, VmmState.Failed);
        Assert.Contains("no image \"none.fd\"", status.Reason, StringComparison.Ordinal);
        Assert.Empty(_sled.Servers.Started);
    }

    [Fact]
    public async Task Nothing_to_boot_means_the_usual_firmware()
    {
        await _sled.RunAsync(1, Requests.Small() with { Boot = null });
        Assert.Equal(_sled.Folder["images/OVMF_CODE.fd"], _sled.Servers.Only.How.Boot.Bootrom);
    }

    [Fact]
    public async Task A_server_that_refuses_the_spec_fails_the_vmm_with_its_sentence()
    {
        _sled.Servers.OnStart = server => server.Refusal = "component \"x\" is not supported";
        await _sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small());

        Assert.Equal("component \"x\" is not supported", (await _sled.WaitAsync(1, VmmState.Failed)).Reason);
        Assert.True(_sled.Servers.Only.WasKilled);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        using var sled = new TestSled();
        sled.Limits = sled.Limits with { Answer = TimeSpan.FromMilliseconds(50) };
        sled.Restart();
        sled.Servers.OnStart = server => server.Answers = false;
        await sled.Vmms.EnsureAsync(Requests.Key(1), Requests.Small());
        Assert.Contains("did not answer", (await sled.WaitAsync(1, VmmState.Failed)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volumes_are_made_where_the_spec_says_and_those_in_memory_go_with_the_vmm()
    {
        var request = Requests.Small("disks", Requests.Disk("disk", "data"), ("disk2", new NvmeDisk { BackendId = "scratch", PciPath = new PciPath { Bus = 0, Device = 5, Function = 0 }, SerialNumber = new EquatableList<byte>(new byte[20]) }),
            ("data", new FileStorageBackend { Path = "vol/data.img", Readonly = false, BlockSize = 512 })) with
        {
            Disks =
            [
                new DiskGeneration { Backend = "data", Volume = EntityId.Parse<VolumeId>("vol-data"), Generation = 1, Kind = VolumeKind.File, SizeBytes = 1 << 20 },
                new DiskGeneration { Backend = "scratch", Volume = EntityId.Parse<VolumeId>("vol-scratch"), Generation = 1, Kind = VolumeKind.Memory, SizeBytes = 1 << 16 },
            ],
        };
        await _sled.RunAsync(1, request);

        Assert.Equal(1 << 20, new FileInfo(_sled.Folder["volumes/vol/data.img"]).Length);
        Assert.Equal(1 << 16, new FileInfo(Assert.Single(Directory.GetFiles(_sled.Folder["memory"]))).Length);
        await _sled.Vmms.RemoveAsync(Requests.Key(1));
        Assert.Empty(Directory.GetFiles(_sled.Folder["memory"]));
        Assert.True(File.Exists(_sled.Folder["volumes/vol/data.img"]));
    }
}
