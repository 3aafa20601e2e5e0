using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Instances;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Serial;
using Propolis.Vmm.State;
using MigrationSide = Propolis.Contracts.Migrations.MigrationSide;

namespace Propolis.Server.Migrations;

/// <summary>Takes a guest in from another server.</summary>
sealed partial class MigrationTargets(InstanceSlot slot, MigrationDesk desk, IServer server, TimeProvider clock, ILogger<MigrationTargets> logger)
{
    static readonly TimeSpan SourceLimit = TimeSpan.FromMinutes(10);
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    /// <summary>Waits for a source to connect; who asks decides. Returns where the source connects. Throws <see cref="ServerException"/> as <see cref="InstanceSlot.Ensure"/> does.</summary>
    public IPEndPoint Receive(MigrationReceiveRequest request)
    {
        var listener = desk.Listener;
        var instance = slot.Await(request.Properties, request.Spec);
        var backends = new BackendDirectory(request.Spec.Components);
        var record = new MigrationRecord(request.MigrationId, MigrationSide.Target, instance.States, backends, clock);
        desk.Open(record);
        _ = ArriveAsync(instance, record, record, SpecFingerprint.Of(request.Spec), token => listener.AcceptAsync(request.MigrationId, token), (_, _) => (request.Spec, backends));
        return listener.Address;
    }

    /// <summary>Fetches the guest from a source, which decides (API 5.0.0). Throws <see cref="ServerException"/> when it cannot begin.</summary>
    public void Fetch(InstanceProperties properties, MigrationTargetInitialization init)
    {
        if (!IPEndPoint.TryParse(init.SrcAddr, out var source)) throw new ServerException(HttpStatusCode.BadRequest, $"src_addr is \"{init.SrcAddr}\"; an address such as 127.0.0.1:12400 is needed.");
        var instance = slot.Await(properties, null);
        var record = new MigrationRecord(init.MigrationId, MigrationSide.Target, instance.States, backends: null, clock);
        desk.Open(record);
        _ = FetchAsync(instance, record, source, init);
    }

    async Task FetchAsync(ServerInstance instance, MigrationRecord record, IPEndPoint source, MigrationTargetInitialization init)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{source}"), Timeout = AnswerLimit };
        await ArriveAsync(instance, record, decider: null, expected: null, token => DialAsync(source, init.MigrationId, token), (offer, _) => Amend(offer, init.ReplaceComponents), new SourceKnows(http, clock));
    }

    async Task ArriveAsync(
        ServerInstance instance,
        MigrationRecord record,
        IMigrationDecision? decider,
        string? expected,
        Func<CancellationToken, Task<MigrationLink>> connect,
        Func<MigrationOffer, CancellationToken, (InstanceSpec Spec, BackendDirectory Backends)> specOf,
        IMigrationDecision? afterBreak = null)
    {
        MigrationTarget? target = null;
        try
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(instance.StopWaiting);
            wait.CancelAfter(SourceLimit);
            record.Cancel = reason => CancelWait(instance);
            var extras = new StateRegistry();
            target = await MigrationTarget.OpenAsync(
                await connect(wait.Token),
                new MigrationTargetOptions { Decision = decider, OpensDisksFirst = decider is not null, AfterBreak = afterBreak, ExpectedFingerprint = expected, Extras = extras, Watch = record.Watch, Clock = clock },
                wait.Token);
            var arriving = target;
            (record.Cancel, record.Figures) = (target.Cancel, () => arriving.Progress);
            var (spec, backends) = specOf(target.Offer, wait.Token);
            var machine = slot.Build(instance, spec, backends, target.Offer);
            if (machine.Serial is { } serial) extras.Add(MigrationSources.SerialHistoryName, new SerialHistory(serial.Output));
            machine.Engine!.ArriveFrom(target);
            instance.Begin(spec, machine, backends);
            instance.Request(new MachineRequest(MachineRequestKind.Run));
            var result = await target.Ended;
            record.End(result.HasMoved, result.Reason);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Nothing has started here: the guest stays where it is, and this VM is over with the reason.
            var reason = failure is OperationCanceledException ? "The guest has not come." : failure.Message;
            LogFailure(failure, record.Status.MigrationId);
            if (target is not null) await target.RefuseAsync(reason);
            record.End(hasMoved: false, reason);
            instance.GiveUp(reason);
        }
    }

    static bool CancelWait(ServerInstance instance)
    {
        instance.Request(new MachineRequest(MachineRequestKind.Stop));
        return true;
    }

    async Task<MigrationLink> DialAsync(IPEndPoint source, Guid migration, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{source}") };
        var own = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;
        using var answer = await http.GetAsync($"/instance/migrate/{migration}/start?target_server={Uri.EscapeDataString(own)}", stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        if (!answer.IsSuccessStatusCode) throw new MigrationException($"The source {source} does not send its guest: {Told(text)}");
        var offered = JsonSerializer.Deserialize<MigrationReceiveResponse>(text, PropolisJson.Options)!;
        var address = IPEndPoint.Parse(offered.Address);
        // A source that listens on all its addresses is reached at the one it is known by.
        if (address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any)) address.Address = source.Address;
        return await MigrationLink.ConnectAsync(address, migration, MigrationSources.Streams, null, stop);
    }

    static string Told(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ServerError>(text, PropolisJson.Options)!.Message;
        }
        catch (JsonException)
        {
            return "it answers something that is not understood";
        }
    }

    // The target's spec is the source's, with other backends where it was told so.
    static (InstanceSpec Spec, BackendDirectory Backends) Amend(MigrationOffer offer, ReplacementComponents replacements)
    {
        var spec = JsonSerializer.Deserialize<InstanceSpec>(offer.Spec.Span, PropolisJson.Options) ?? throw new MigrationException("The source's spec is empty.");
        if (replacements.Keys.FirstOrDefault(key => !spec.Components.ContainsKey(key)) is { Value.Length: > 0 } unknown)
            throw new MigrationException($"\"{unknown}\" is to be replaced, and the source's VM has no such component.");
        var amended = spec with
        {
            Components = new SpecComponents(spec.Components.Select(entry => KeyValuePair.Create(entry.Key, replacements.TryGetValue(entry.Key, out var other) ? other.Spec : entry.Value))),
        };
        return (amended, new BackendDirectory(amended.Components));
    }

    [LoggerMessage(LogLevel.Warning, "No guest came by migration {Migration}")]
    partial void LogFailure(Exception failure, Guid migration);
}
