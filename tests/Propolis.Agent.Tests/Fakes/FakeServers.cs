using System.Collections.Concurrent;
using Propolis.Agent.Processes;
using Propolis.Agent.Servers;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Server;
using Propolis.FakeServer;

namespace Propolis.Agent.Tests.Fakes;

/// <summary>Processes and servers in memory: a start makes one, and everything about it is in the test's hands.</summary>
sealed class FakeServers : IServerProcesses
{
    readonly ConcurrentDictionary<int, Server> _byPort = [];
    int _pids = 1000;

    /// <summary>All processes ever started, in order.</summary>
    public ConcurrentQueue<Server> Started { get; } = [];

    /// <summary>Is called before each start; may throw.</summary>
    public Action<ServerStart> BeforeStart { get; set; } = _ => { };

    /// <summary>Configures each new server.</summary>
    public Action<Server> OnStart { get; set; } = _ => { };

    /// <summary>The one server there is.</summary>
    public Server Only => Assert.Single(Started);

    /// <inheritdoc/>
    public int ChoosePort(IReadOnlySet<int> taken) =>
        new PortRange(5001, 5099).Choose(taken, _ => true) ?? throw new AgentException("all ports are taken");

    /// <inheritdoc/>
    public IServerProcess Start(ServerStart start)
    {
        BeforeStart(start);
        var server = new Server(start, Interlocked.Increment(ref _pids));
        OnStart(server);
        _byPort[start.Port] = server;
        Started.Enqueue(server);
        return server;
    }

    /// <inheritdoc/>
    public IServerProcess? Find(VmmRecord record, string folder) =>
        Started.LastOrDefault(server => server.How.Folder == folder && !server.Ended.IsCompleted && (record.Process is null || record.Process == server.Identity));

    /// <summary>Speaks to the server on a port.</summary>
    public IServerApi At(int port) => new Api(this, port);

    /// <summary>One process with its server and VM.</summary>
    public sealed class Server(ServerStart how, int pid) : IServerProcess
    {
        readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How it was started.</summary>
        public ServerStart How { get; } = how;

        /// <summary>Its VM.</summary>
        public FakeVm Vm { get; } = new();

        /// <summary>What PUT /instance says instead of making the VM.</summary>
        public string? Refusal { get; set; }

        /// <summary>Whether it has a power button, and the guest obeys it.</summary>
        public bool? ObeysButton { get; set; } = true;

        /// <summary>What it tells of its VM's end.</summary>
        public InstanceOutcome? Outcome { get; set; }

        /// <summary>How its migration goes.</summary>
        public MigrationStatus? Migration { get; set; }

        /// <summary>What it was asked to receive.</summary>
        public MigrationReceiveRequest? Received { get; set; }

        /// <summary>What it was asked to send, each time.</summary>
        public ConcurrentQueue<MigrationSendRequest> Sent { get; } = [];

        /// <summary>The decisions it was told.</summary>
        public ConcurrentQueue<MigrationDecisionRequest> Decisions { get; } = [];

        /// <summary>Whether its migration was given up.</summary>
        public bool WasCancelled { get; set; }

        /// <summary>Whether it answers at all.</summary>
        public bool Answers { get; set; } = true;

        /// <summary>Whether it ignores requests to stop.</summary>
        public bool IgnoresStop { get; set; }

        /// <summary>Whether it was killed.</summary>
        public bool WasKilled { get; private set; }

        /// <inheritdoc/>
        public ProcessIdentity Identity { get; } = new() { Pid = pid, StartTicks = pid, BootId = "fake" };

        /// <inheritdoc/>
        public Task<string> Ended => _ended.Task;

        /// <inheritdoc/>
        public void Kill()
        {
            WasKilled = !_ended.Task.IsCompleted || WasKilled;
            End("its propolis-server was ended by signal 9");
        }

        /// <summary>Ends it.</summary>
        public void End(string how) => _ended.TrySetResult(how);

        /// <inheritdoc/>
        public ProcStat? Usage() => _ended.Task.IsCompleted ? null : new ProcStat('S', 100, 50, pid, 256);
    }

    sealed class Api(FakeServers servers, int port) : IServerApi
    {
        Server Live => servers._byPort.TryGetValue(port, out var server) && server.Answers && !server.Ended.IsCompleted
            ? server
            : throw new HttpRequestException("connection refused");

        public Task<InstanceState?> StateAsync(CancellationToken cancellation) =>
            Task.FromResult(Live.Vm.Properties is null ? null : (InstanceState?)Live.Vm.State);

        public Task EnsureAsync(InstanceEnsureRequest request, CancellationToken cancellation)
        {
            if (Live.Refusal is { } refusal)
                throw new ServerRefusedException(System.Net.HttpStatusCode.BadRequest, refusal);
            Live.Vm.Make(request);
            return Task.CompletedTask;
        }

        public Task PutStateAsync(InstanceStateRequested requested, CancellationToken cancellation)
        {
            if (requested != InstanceStateRequested.Stop || !Live.IgnoresStop)
                Live.Vm.Ask(requested);
            return Task.CompletedTask;
        }

        public Task<bool> PressPowerButtonAsync(TimeSpan limit, CancellationToken cancellation)
        {
            if (Live.ObeysButton == true)
                Live.Vm.Ask(InstanceStateRequested.Stop);
            return Task.FromResult(Live.ObeysButton is not null);
        }

        public Task<InstanceOutcome?> OutcomeAsync(CancellationToken cancellation) => Task.FromResult(Live.Outcome);

        public Task<VolumeStatus> VolumeAsync(string backend, CancellationToken cancellation) =>
            Task.FromResult(new VolumeStatus { VolumeInfo = new VolumeInfo { Volume = new VolumeInfoTree { SubVolumes = [] } } });

        public Task<ReplaceResult> ReplaceAsync(string backend, InstanceVCRReplace request, CancellationToken cancellation) => Task.FromResult(ReplaceResult.Started);

        public Task SnapshotAsync(string backend, Guid snapshot, CancellationToken cancellation) => snapshot == Guid.Empty
            ? throw new ServerRefusedException(System.Net.HttpStatusCode.InternalServerError, "No snapshot was taken: the file system cannot")
            : Task.CompletedTask;

        public Task<string> ReceiveAsync(MigrationReceiveRequest request, CancellationToken cancellation)
        {
            var server = Live;
            server.Received = request;
            server.Vm.Make(new InstanceEnsureRequest { Properties = request.Properties, Init = new SpecInitialization { Spec = request.Spec } });
            return Task.FromResult($"127.0.0.1:{server.How.MigrationPort}");
        }

        public Task SendAsync(MigrationSendRequest request, CancellationToken cancellation)
        {
            Live.Sent.Enqueue(request);
            return Task.CompletedTask;
        }

        public Task<MigrationStatus?> MigrationAsync(CancellationToken cancellation) => Task.FromResult(Live.Migration);

        public Task DecideAsync(MigrationDecisionRequest request, CancellationToken cancellation)
        {
            Live.Decisions.Enqueue(request);
            return Task.CompletedTask;
        }

        public Task CancelMigrationAsync(string reason, CancellationToken cancellation)
        {
            Live.WasCancelled = true;
            return Task.CompletedTask;
        }

        public async Task<InstanceStateMonitorResponse> MonitorAsync(ulong generation, CancellationToken cancellation)
        {
            var server = Live;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var waiting = server.Vm.WaitAsync(generation, either.Token);
            if (await Task.WhenAny(waiting, server.Ended) == waiting)
                return await waiting;
            await either.CancelAsync();
            throw new HttpRequestException("connection reset");
        }
    }
}
