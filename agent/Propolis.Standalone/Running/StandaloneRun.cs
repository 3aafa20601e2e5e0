using System.Runtime.InteropServices;
using Propolis.Standalone.Config;
using Propolis.Standalone.Console;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;
using Propolis.Vmm.Snapshots;

namespace Propolis.Standalone.Running;

/// <summary>Runs one machine from its configuration or snapshot until it ends, and returns the process's exit code.</summary>
sealed class StandaloneRun(RunOptions options, Log log, TimeProvider clock)
{
    /// <summary>Where the first serial port can be reached, in the current directory.</summary>
    public const string SerialSocketPath = "./ttya";

    /// <summary>Bytes of serial output kept for clients that come late.</summary>
    public const int SerialBacklogBytes = 64 * 1024;

    /// <summary>How long the guest may take after the power button before it is switched off.</summary>
    public static readonly TimeSpan PowerButtonLimit = TimeSpan.FromSeconds(60);

    // Linux's number for SIGUSR1, which .NET has no name for: the power button.
    const PosixSignal PowerButtonSignal = (PosixSignal)10;

    readonly MachineInputQueue _queue = new();
    int _interrupts;

    /// <summary>Runs it. Throws what <see cref="Program"/> turns into a sentence and an exit code.</summary>
    public async Task<int> RunAsync()
    {
        using var source = RunSource.Open(options);
        var config = source.Config;
        using var name = await MachineName.TakeAsync(config.Main.Name, MachineName.DefaultFolder, clock);
        var spec = MachineSpecFactory.Create(config, new CrucibleDisks(source.ConfigFile, _queue, log, clock));
        var body = MachineBuilder.Build(spec, new MachineHost
        {
            Hypervisor = new KvmHypervisor(clock),
            Control = _queue,
            Clock = clock,
            DebugOutput = log.IsOn(LogLevel.Debug) ? new TextLines(line => log.Write(LogLevel.Debug, line)).Write : null,
            Panicked = what => log.Write(LogLevel.Warn, $"the guest reports a panic ({what})"),
        });
        if (source.Snapshot is { } snapshot) body.RestoreFrom(snapshot);
        Bind(body, config.Main);

        var driver = new MachineDriver(body, _queue, new MachineDriverOptions { EndOnGuestReset = config.Main.ExitOnReboot is not null }, clock);
        var serial = new SerialConsole(body.Hardware.SerialPorts[0], SerialBacklogBytes);
        using var consoleStop = new CancellationTokenSource();
        await using var socket = new SerialSocket(SerialSocketPath, serial.Output, serial.SendAsync);
        using var signals = new SignalSet(
            (PosixSignal.SIGINT, () => Interrupt(body, source)),
            (PosixSignal.SIGTERM, Stop),
            (PowerButtonSignal, PressPowerButton));
        var console = options.Console ? new TerminalConsole(serial, () => Interrupt(body, source)).RunAsync(consoleStop.Token) : Task.CompletedTask;

        _queue.Submit(new MachineRequest(MachineRequestKind.Run));
        log.Write(LogLevel.Info, $"'{config.Main.Name}' runs; its serial port is {SerialSocketPath}");
        var outcome = await driver.RunAsync();
        await consoleStop.CancelAsync();
        await console;
        return Conclude(outcome, config.Main);
    }

    static void Bind(MachineBody body, MainConfig main)
    {
        if (CpuBindingRules.Bind(main.CpuBinding, main.Cpus, Environment.ProcessorCount) is not { } cpus) return;
        for (var i = 0; i < cpus.Count; i++) body.Hardware.Vcpus[i].BindTo(cpus[i]);
    }

    int Conclude(MachineOutcome outcome, MainConfig main)
    {
        log.Write(outcome.Kind == MachineOutcomeKind.Failed ? LogLevel.Error : LogLevel.Info, $"'{main.Name}' ended: {ExitRules.Describe(outcome)}");
        return ExitRules.ExitCode(outcome, main.ExitOnHalt, main.ExitOnReboot);
    }

    void Interrupt(MachineBody body, RunSource source)
    {
        // Only the first press counts: a second one must not cut a snapshot short.
        if (Interlocked.Increment(ref _interrupts) > 1) return;
        if (options.SnapshotOnInterrupt) TakeSnapshot(body, source);
        else Stop();
    }

    void TakeSnapshot(MachineBody body, RunSource source)
    {
        var now = clock.GetUtcNow();
        var path = SnapshotFile.NameOf(source.Config.Main.Name, now);
        var header = new SnapshotHeader(source.Config.Main.Name, now.ToUnixTimeMilliseconds(), source.ConfigFile, source.ConfigText);
        var decision = _queue.Submit(new MachineRequest(MachineRequestKind.Snapshot)
        {
            WhilePaused = () => Task.Run(() => SnapshotFile.Write(path, header, source.Files, body)),
            Completed = failure =>
            {
                if (failure is null) log.Write(LogLevel.Info, $"snapshot {path} is written");
                else log.Write(LogLevel.Error, $"no snapshot was written and the guest runs on: {failure.Message}");
                if (failure is not null) Volatile.Write(ref _interrupts, 0);
            },
            StopAfterwards = true,
        });
        if (decision.Denial is { } denial) log.Write(LogLevel.Warn, $"no snapshot now: {denial}");
    }

    void Stop() => _queue.Submit(new MachineRequest(MachineRequestKind.Stop));

    void PressPowerButton() => _queue.Submit(new MachineRequest(MachineRequestKind.GracefulStop) { Limit = PowerButtonLimit });
}
