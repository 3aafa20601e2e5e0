using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Tests.Rest;

/// <summary>Grains that remember what they were asked and answer what a test says.</summary>
sealed class FakeGrains : IGrains
{
    public Func<string, object, Refusal?> Refuse { get; set; } = (_, _) => null;

    public Exception? Failure { get; set; }

    public List<(string Key, object Request)> Asked { get; } = [];

    public Dictionary<string, InstanceView> Instances { get; } = [];

    public Dictionary<string, VolumeView> Volumes { get; } = [];

    public Dictionary<string, SledView> Sleds { get; } = [];

    public Dictionary<string, PlacementReport> Placements { get; } = [];

    public T Get<T>(string key)
        where T : class, IGrainWithStringKey => (T)(object)(typeof(T) switch
        {
            var type when type == typeof(IInstanceGrain) => new Instance(this, key),
            var type when type == typeof(IVolumeGrain) => new Volume(this, key),
            var type when type == typeof(ISledGrain) => new Sled(this, key),
            var type when type == typeof(IProjectGrain) => new Project(this, key),
            var type => throw new ArgumentException(type.Name),
        });

    Task<Reply<TView>> Answer<TView>(string key, object request, Dictionary<string, TView> known)
        where TView : class
    {
        if (Failure is not null)
            throw Failure;
        lock (Asked)
            Asked.Add((key, request));
        return Task.FromResult<Reply<TView>>(
            Refuse(key, request) is { } refusal ? refusal
            : known.TryGetValue(key, out var view) ? view
            : new Refusal { Code = RefusalCode.NotFound, Detail = $"there is no {key}" });
    }

    sealed class Instance(FakeGrains grains, string key) : IInstanceGrain
    {
        public Task<Reply<InstanceView>> CreateAsync(CreateInstance request)
        {
            grains.Instances.TryAdd(key, Views.Instance(key, request.Template));
            return grains.Answer(key, request, grains.Instances);
        }

        public Task<Reply<InstanceView>> CommandAsync(InstanceCommand command) => grains.Answer(key, command, grains.Instances);

        public Task<Reply<InstanceView>> EditAsync(EditInstance command) => grains.Answer(key, command, grains.Instances);

        public Task<ReportAdvice> ReportAsync(VmmStatus status) => throw new NotSupportedException();

        public Task<Reply<InstanceView>> GetAsync() => grains.Answer(key, "get", grains.Instances);

        public Task<Reply<PlacementReport>> PlacementAsync() => grains.Answer(key, "placement", grains.Placements);

        public Task NudgeAsync() => throw new NotSupportedException();
    }

    sealed class Volume(FakeGrains grains, string key) : IVolumeGrain
    {
        public Task<Reply<VolumeView>> CreateAsync(CreateVolume request)
        {
            grains.Volumes.TryAdd(key, Views.Volume(key, request.Template));
            return grains.Answer(key, request, grains.Volumes);
        }

        public Task<Reply<VolumeTicket>> CheckoutAsync(CheckoutRequest request) => throw new NotSupportedException();

        public Task<Reply<VolumeView>> ReleaseAsync(VolumeHolder holder) => throw new NotSupportedException();

        public Task<Reply<VolumeView>> DeleteAsync(string actor) => grains.Answer(key, $"delete by {actor}", grains.Volumes);

        public Task<Reply<VolumeView>> GetAsync() => grains.Answer(key, "get", grains.Volumes);
    }

    sealed class Sled(FakeGrains grains, string key) : ISledGrain
    {
        public Task<Reply<SledView>> RegisterAsync(SledRegistration registration) => throw new NotSupportedException();

        public Task<HeartbeatReply> HeartbeatAsync(SledHeartbeat heartbeat) => throw new NotSupportedException();

        public Task<Reply<SledView>> ReserveAsync(Reservation reservation) => throw new NotSupportedException();

        public Task ReleaseAsync(VolumeHolder holder) => throw new NotSupportedException();

        public Task<Reply<SledView>> SetPolicyAsync(SledPolicyCommand command) => grains.Answer(key, command, grains.Sleds);

        public Task<Reply<SledView>> GetAsync() => grains.Answer(key, "get", grains.Sleds);
    }

    sealed class Project(FakeGrains grains, string key) : IProjectGrain
    {
        public Task<Reply<ProjectView>> ChargeAsync(ProjectCharge charge) => throw new NotSupportedException();

        public Task RefundAsync(Contracts.Ids.InstanceId instance) => throw new NotSupportedException();

        public Task<Reply<ProjectView>> SetQuotaAsync(QuotaCommand command) =>
            grains.Answer(key, command, new Dictionary<string, ProjectView> { [key] = Views.Project(key["proj-".Length..]) with { Quota = command.Quota } });

        public Task<ProjectView> GetAsync() => Task.FromResult(Views.Project(key["proj-".Length..]));
    }
}
