using System.Net;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Instances;

/// <summary>
/// One VM of the server, from the moment it was asked for to long after its end: what is known of it stays readable until another takes its place.
/// <code>
/// (waits for a guest from elsewhere) -Begin-> driven by the engine -> over
///                 -GiveUp--------------------------------------------> over
/// </code>
/// </summary>
sealed partial class ServerInstance
{
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<SerialMigrating?> _serialOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource _stopWaiting = new();
    readonly TimeProvider _clock;
    readonly ILogger _logger;
    volatile BuiltMachine? _machine;
    string? _movesTo;

    /// <summary>A VM that waits to <see cref="Begin"/>; its spec may not be known yet.</summary>
    public ServerInstance(InstanceProperties properties, InstanceSpec? spec, TimeProvider clock, ILogger logger)
    {
        Properties = properties;
        Spec = spec;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>What it is called.</summary>
    public InstanceProperties Properties { get; }

    /// <summary>What it is made of; null while only its source knows.</summary>
    public InstanceSpec? Spec { get; private set; }

    /// <summary>What it does.</summary>
    public InstanceStateFeed States { get; } = new(InstanceState.Creating);

    /// <summary>How its life ended; null while it lasts.</summary>
    public MachineOutcome? Outcome { get; private set; }

    /// <summary>The one input of its machine.</summary>
    public MachineInputQueue Queue { get; } = new();

    /// <summary>The engine's machine; null while there is none.</summary>
    public MachineBody? Engine => _machine?.Engine;

    /// <summary>Disks by device.</summary>
    public IReadOnlyDictionary<string, IBlockBackend> Disks => _machine?.Disks ?? new Dictionary<string, IBlockBackend>();

    /// <summary>Another VM may take its place.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Ends when its life has.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Cancelled when somebody stops it while it waits for its guest.</summary>
    public CancellationToken StopWaiting => _stopWaiting.Token;

    /// <summary>Ends when nothing more will come from its serial port here: with where it goes on, or null.</summary>
    public Task<SerialMigrating?> SerialOver => _serialOver.Task;

    /// <summary>Its first serial port. Throws <see cref="ServerException"/> (404) when it has none.</summary>
    public SerialConsole Serial => Machine.Serial ?? throw new ServerException(HttpStatusCode.NotFound, "This VM has no serial port com1: its spec names none.");

    BuiltMachine Machine => _machine ?? throw new ServerException(HttpStatusCode.ServiceUnavailable, "The VM waits for its guest to come from another server.");

    /// <summary>What is behind its devices, each time they are opened.</summary>
    public BackendDirectory Backends { get; private set; } = new(new SpecComponents([]));

    /// <summary>It has a first serial port.</summary>
    public bool HasSerial => _machine?.Serial is not null;

    /// <summary>Takes over a machine that was built of a spec, and drives it.</summary>
    public void Begin(InstanceSpec spec, BuiltMachine machine, BackendDirectory backends)
    {
        Spec = spec;
        Backends = backends;
        _machine = machine;
        _ = Task.Run(() => DriveAsync(new MachineDriver(machine.Body, Queue, new MachineDriverOptions(), _clock)));
    }

    /// <summary>Ends it before it had a machine.</summary>
    public void GiveUp(string reason) => End(new MachineOutcome(MachineOutcomeKind.Failed, reason));

    /// <summary>Says where serial clients are to go when the guest has moved.</summary>
    public void MovesTo(string? server) => _movesTo = server;

    /// <summary>Asks for something. Throws <see cref="ServerException"/>: 403 when the machine's state forbids it, 503 while there is no machine.</summary>
    public void Request(MachineRequest request)
    {
        if (_machine is null && request.Kind == MachineRequestKind.Stop)
        {
            _stopWaiting.Cancel();
            return;
        }
        _ = Machine;
        if (Queue.Submit(request).Denial is { } denial) throw InstanceStateRules.Denied(request.Kind, denial);
        LogRequest(request.Kind);
    }

    /// <summary>Sends a non-maskable interrupt to every vCPU. Throws <see cref="ServerException"/> (403) when it does not run.</summary>
    public void InjectNmi()
    {
        if (States.Current.State != InstanceState.Running) throw new ServerException(HttpStatusCode.Forbidden, $"An NMI needs a running VM, and this one is {States.Current.State}.");
        Machine.InjectNmi();
    }

    /// <summary>The Crucible volume behind a backend. Throws <see cref="ServerException"/> (404) when there is none of that name.</summary>
    public ICrucibleVolume Volume(SpecKey key) =>
        Machine.Volumes.GetValueOrDefault(key) ?? throw new ServerException(HttpStatusCode.NotFound, $"This VM has no Crucible volume \"{key}\".");

    async Task DriveAsync(MachineDriver driver)
    {
        using var over = new CancellationTokenSource();
        var publishing = PublishAsync(driver, over.Token);
        MachineOutcome outcome;
        try
        {
            outcome = await driver.RunAsync();
        }
        catch (MachineException stuck)
        {
            // The machine ended, but not all of it let go: the process keeps what is stuck, and says so.
            outcome = new MachineOutcome(MachineOutcomeKind.Failed, stuck.Message);
        }
        await over.CancelAsync();
        await publishing;
        End(outcome);
    }

    void End(MachineOutcome outcome)
    {
        Outcome = outcome;
        IsOver = true;
        States.Publish(outcome.Kind is MachineOutcomeKind.Failed or MachineOutcomeKind.Fenced ? InstanceState.Failed : InstanceState.Destroyed);
        States.Close();
        var goesOn = outcome.Kind == MachineOutcomeKind.MigratedOut && _movesTo is not null && _machine?.Serial is not null;
        _serialOver.TrySetResult(goesOn ? new SerialMigrating { Destination = _movesTo!, FromStart = (ulong)Serial.Output.End } : null);
        _ended.TrySetResult();
        LogEnd(outcome.Kind, outcome.Detail);
    }

    async Task PublishAsync(MachineDriver driver, CancellationToken over)
    {
        var seen = driver.Status.Current;
        try
        {
            // The last state is not published here, but when all that belongs to it is true: the outcome is known and the place is free for another VM.
            while (seen.State is not (MachineState.Failed or MachineState.Destroyed))
            {
                States.Publish(InstanceStateRules.Of(seen.State));
                LogState(seen.State);
                seen = await driver.Status.WaitAsync(seen.Generation + 1, over);
            }
        }
        catch (OperationCanceledException)
        {
            // The driver has ended.
        }
    }

    [LoggerMessage(LogLevel.Information, "The VM is {State}")]
    partial void LogState(MachineState state);

    [LoggerMessage(LogLevel.Information, "{Request} is asked for")]
    partial void LogRequest(MachineRequestKind request);

    [LoggerMessage(LogLevel.Information, "The VM ended: {Kind} {Detail}")]
    partial void LogEnd(MachineOutcomeKind kind, string detail);
}
