using System.Text;
using Iced.Intel;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;
using Propolis.Vmm.Snapshots;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>A whole machine whose firmware is a 16-bit program of the test: what it prints on COM1 is what the test sees.</summary>
sealed class TinyMachine : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly MachineInputQueue _queue = new();

    public TinyMachine(
        Action<Assembler> firmware,
        bool endOnReset = false,
        SnapshotReader? snapshot = null,
        IMachineArrival? arrival = null,
        IReadOnlyList<DeviceSpec>? devices = null,
        int vcpus = 1,
        Action<TinyMachine>? beforeRun = null)
    {
        var hypervisor = new KvmHypervisor();
        Assert.SkipUnless(hypervisor.Probe().IsUsable, hypervisor.Probe().Reason);
        var spec = new MachineSpec { Name = "tiny", Id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), VcpuCount = vcpus, MemoryBytes = 16 << 20, Boot = new BootSpec.Rom(TinyRom.Of(firmware), null), Devices = devices ?? [] };
        Body = MachineBuilder.Build(spec, new MachineHost { Hypervisor = hypervisor, Control = _queue });
        if (snapshot is not null) Body.RestoreFrom(snapshot);
        if (arrival is not null) Body.ArriveFrom(arrival);
        Console = new SerialConsole(Body.Hardware.SerialPorts[0], 4096);
        Driver = new MachineDriver(Body, _queue, new MachineDriverOptions { EndOnGuestReset = endOnReset }, TimeProvider.System);
        beforeRun?.Invoke(this);
        Ended = Task.Run(Driver.RunAsync);
        Ask(MachineRequestKind.Run);
    }

    public MachineBody Body { get; }

    public SerialConsole Console { get; }

    public MachineDriver Driver { get; }

    public Task<MachineOutcome> Ended { get; }

    public RequestDecision Ask(MachineRequestKind kind) => _queue.Submit(new MachineRequest(kind) { Limit = Limit });

    public RequestDecision Ask(MachineRequest request) => _queue.Submit(request);

    /// <summary>Asks for what only a running machine takes: a guest prints before its start is over.</summary>
    public async Task AskOnceRunningAsync(MachineRequest request)
    {
        using var limit = new CancellationTokenSource(Limit);
        await Driver.Status.WaitForAsync(MachineState.Running, limit.Token);
        var decision = Ask(request);
        Assert.True(decision.IsQueued, $"{request.Kind} was refused: {decision.Denial}.");
    }

    public async Task<MachineOutcome> OutcomeAsync() => await Ended.WaitAsync(Limit);

    /// <summary>Waits until COM1 has sent text that satisfies the condition and returns all of it.</summary>
    public async Task<string> PrintedAsync(Func<string, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        var text = "";
        long position = 0;
        var buffer = new byte[4096];
        while (!condition(text))
        {
            try
            {
                await Console.Output.WaitBeyondAsync(position, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"COM1 printed only '{text}'; the machine is {Driver.Status.Current.State}.");
            }
            text += Encoding.ASCII.GetString(buffer, 0, Console.Output.Read(ref position, buffer));
        }
        return text;
    }

    /// <summary>Waits until the guest has printed on from here.</summary>
    public async Task RunsOnAsync()
    {
        var now = Console.Output.End;
        await PrintedAsync(text => text.Length > now + 2);
        Assert.False(Ended.IsCompleted);
    }

    public async ValueTask DisposeAsync()
    {
        Ask(MachineRequestKind.Stop);
        await OutcomeAsync();
    }
}
