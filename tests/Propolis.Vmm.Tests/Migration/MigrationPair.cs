using System.Net;
using Iced.Intel;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Serial;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>A tiny machine that runs, and one that waits for it on the other end of real connections.</summary>
sealed class MigrationPair : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly Action<Assembler> _firmware;
    readonly MigrationListener _listener = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly Guid _migration = Guid.NewGuid();
    readonly List<TinyMachine> _machines = [];

    public MigrationPair(Action<Assembler> firmware, IReadOnlyList<DeviceSpec>? devices = null, int vcpus = 1)
    {
        _firmware = firmware;
        Source = new TinyMachine(firmware, devices: devices, vcpus: vcpus);
        _machines.Add(Source);
    }

    public TinyMachine Source { get; private set; }

    public TinyMachine? Target { get; private set; }

    /// <summary>The newest migration's source side, also when there is no target because nothing was offered.</summary>
    public MigrationSource? Departure { get; private set; }

    public MigrationTarget? Arrival { get; private set; }

    /// <summary>The source's end of the connections.</summary>
    public MigrationLink? Link { get; private set; }

    /// <summary>What the source told, in order.</summary>
    public List<MigrationProgress> Progress { get; } = [];

    public Func<CancellationToken, Task>? Reclaim { get; init; }

    public bool OpensDisksFirst { get; init; }

    public MigrationLimits Limits { get; init; } = new() { AskAgain = TimeSpan.FromMilliseconds(20) };

    /// <summary>Submits the migration and lets a target wait for it. <see cref="Target"/> is there when this ends. With <paramref name="afterBreak"/> only the source asks for the decision.</summary>
    public async Task<MigrationSource> BeginAsync(
        IMigrationDecision? decision = null,
        MigrationPolicy? policy = null,
        int streams = 2,
        IReadOnlyList<DeviceSpec>? devices = null,
        int vcpus = 1,
        string? expected = null,
        IMigrationDecision? afterBreak = null)
    {
        var extras = new StateRegistry();
        extras.Add("com1", new SerialHistory(Source.Console.Output));
        var source = Departure = new MigrationSource(Source.Body, new MigrationSourceOptions
        {
            Migration = _migration,
            Connect = async token => Link = await MigrationLink.ConnectAsync(_listener.Address, _migration, streams, null, token),
            Decision = decision ?? new SourceDecides(),
            Name = "tiny",
            Spec = "the spec"u8.ToArray(),
            SpecFingerprint = "print",
            Policy = policy ?? new MigrationPolicy(),
            Limits = Limits,
            Extras = extras,
            Reclaim = Reclaim,
            Watch = p => { lock (Progress) Progress.Add(p); },
        });
        var accepting = _listener.AcceptAsync(_migration, new CancellationTokenSource(Limit).Token);
        Assert.True(Source.Ask(new MachineRequest(MachineRequestKind.MigrateAsSource) { Departure = source }).IsQueued);
        var targetExtras = new StateRegistry();
        Arrival = await MigrationTarget.OpenAsync(
            await accepting,
            new MigrationTargetOptions
            {
                Decision = afterBreak is null ? decision : null,
                OpensDisksFirst = OpensDisksFirst,
                AfterBreak = afterBreak,
                Limits = Limits,
                Extras = targetExtras,
                ExpectedFingerprint = expected,
            },
            CancellationToken.None);
        Target = new TinyMachine(_firmware, arrival: Arrival, devices: devices, vcpus: vcpus, beforeRun: m => targetExtras.Add("com1", new SerialHistory(m.Console.Output)));
        _machines.Add(Target);
        return source;
    }

    /// <summary>The target becomes the next source.</summary>
    public void Turn() => (Source, Target) = (Target!, null);

    public static async Task<MigrationResult> EndAsync(MigrationSource source) => await source.Ended.WaitAsync(Limit);

    public async Task<MigrationResult> ArrivedAsync() => await Arrival!.Ended.WaitAsync(Limit);

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines) await machine.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
