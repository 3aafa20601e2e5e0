using System.Net;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Instances;

/// <summary>One VM of the server, from the moment it was built to long after its end: what is known of it stays readable until another takes its place.</summary>
sealed partial class ServerInstance
{
    readonly MachineInputQueue _queue;
    readonly MachineDriver _driver;
    readonly BuiltMachine _machine;
    readonly ILogger _logger;

    /// <summary>Takes over a machine that was built; <see cref="Drive"/> begins its life.</summary>
    public ServerInstance(InstanceProperties properties, InstanceSpec spec, BuiltMachine machine, MachineInputQueue queue, TimeProvider clock, ILogger logger)
    {
        Properties = properties;
        Spec = spec;
        _machine = machine;
        _queue = queue;
        _logger = logger;
        _driver = new MachineDriver(machine.Body, queue, new MachineDriverOptions(), clock);
    }

    /// <summary>What it is called.</summary>
    public InstanceProperties Properties { get; }

    /// <summary>What it is made of.</summary>
    public InstanceSpec Spec { get; }

    /// <summary>What it does.</summary>
    public InstanceStateFeed States { get; } = new(InstanceState.Creating);

    /// <summary>How its life ended; null while it lasts.</summary>
    public MachineOutcome? Outcome { get; private set; }

    /// <summary>What its machine is made of, for metrics; null for a machine without any.</summary>
    public MachineHardware? Hardware => _machine.Hardware;

    /// <summary>Disks that count what they do, by device.</summary>
    public IReadOnlyDictionary<string, IBlockCounters> Disks => _machine.Disks;

    /// <summary>Another VM may take its place.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Ends when its life has.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Its first serial port. Throws <see cref="ServerException"/> (404) when it has none.</summary>
    public SerialConsole Serial => _machine.Serial ?? throw new ServerException(HttpStatusCode.NotFound, "This VM has no serial port com1: its spec names none.");

    /// <summary>Starts the driver, which waits for requests.</summary>
    public void Drive() => Ended = Task.Run(DriveAsync);

    /// <summary>Asks for something. Throws <see cref="ServerException"/> (403) when the machine's state forbids it.</summary>
    public void Request(MachineRequest request)
    {
        if (_queue.Submit(request).Denial is { } denial) throw InstanceStateRules.Denied(request.Kind, denial);
        LogRequest(request.Kind);
    }

    /// <summary>Sends a non-maskable interrupt to every vCPU. Throws <see cref="ServerException"/> (403) when it does not run.</summary>
    public void InjectNmi()
    {
        if (States.Current.State != InstanceState.Running) throw new ServerException(HttpStatusCode.Forbidden, $"An NMI needs a running VM, and this one is {States.Current.State}.");
        _machine.InjectNmi();
    }

    /// <summary>The Crucible volume behind a backend. Throws <see cref="ServerException"/> (404) when there is none of that name.</summary>
    public ICrucibleVolume Volume(SpecKey key) =>
        _machine.Volumes.GetValueOrDefault(key) ?? throw new ServerException(HttpStatusCode.NotFound, $"This VM has no Crucible volume \"{key}\".");

    async Task DriveAsync()
    {
        using var over = new CancellationTokenSource();
        var publishing = PublishAsync(over.Token);
        try
        {
            Outcome = await _driver.RunAsync();
        }
        catch (MachineException stuck)
        {
            // The machine ended, but not all of it let go: the process keeps what is stuck, and says so.
            Outcome = new MachineOutcome(MachineOutcomeKind.Failed, stuck.Message);
        }
        await over.CancelAsync();
        await publishing;
        IsOver = true;
        States.Publish(Outcome.Kind is MachineOutcomeKind.Failed or MachineOutcomeKind.Fenced ? InstanceState.Failed : InstanceState.Destroyed);
        States.Close();
        LogEnd(Outcome.Kind, Outcome.Detail);
    }

    async Task PublishAsync(CancellationToken over)
    {
        var seen = _driver.Status.Current;
        try
        {
            // The last state is not published here, but when all that belongs to it is true: the outcome is known and the place is free for another VM.
            while (seen.State is not (MachineState.Failed or MachineState.Destroyed))
            {
                States.Publish(InstanceStateRules.Of(seen.State));
                LogState(seen.State);
                seen = await _driver.Status.WaitAsync(seen.Generation + 1, over);
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
