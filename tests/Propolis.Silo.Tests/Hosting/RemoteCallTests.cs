using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Hosting;

/// <summary>Grain calls over a real socket, against a whole silo on SQLite.</summary>
public sealed class RemoteCallTests : IAsyncLifetime
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("propolis-silo-");
    IDatabase _database = null!;
    WebApplication _app = null!;
    HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await Databases.OpenAsync(Path.Combine(_directory.FullName, "silo.db"));
        _app = SiloApp.Build(_database, new(IPAddress.Loopback, 0), new(), change: builder => builder.Logging.ClearProviders());
        await _app.Services.GetRequiredService<SiloLease>().AcquireAsync(SiloLease.ThisProcess());
        await _app.StartAsync();
        _http = new() { BaseAddress = new Uri($"{_app.Urls.First()}/v1/") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Arguments_results_and_refusals_travel()
    {
        var volume = new RemoteGrains(_http).Get<IVolumeGrain>("vol-a");
        Assert.Equal(RefusalCode.NotFound, (await volume.GetAsync()).Refusal!.Code);
        var template = new VolumeTemplate { Project = "p", Name = "a", Kind = VolumeKind.Memory, SizeBytes = 512 };
        await volume.CreateAsync(new() { OperationId = "create", Actor = "u", Template = template });

        Assert.Equal(template, (await volume.GetAsync()).Value!.Template);
    }

    [Fact]
    public async Task Calls_without_a_result_answer_204()
    {
        var answer = await _http.PostAsync("grains/propolis.project/proj-p/refund", Json("\"inst-a\""));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Theory]
    [InlineData("grains/propolis.nothing/vol-a/get", "", HttpStatusCode.NotFound)]
    [InlineData("grains/propolis.volume/vol-a/nothing", "", HttpStatusCode.NotFound)]
    [InlineData("grains/propolis.volume/proj-a/get", "", HttpStatusCode.NotFound)]
    [InlineData("grains/propolis.volume/vol-a/create", "{", HttpStatusCode.BadRequest)]
    [InlineData("grains/propolis.volume/vol-a/create", "{}", HttpStatusCode.BadRequest)]
    [InlineData("grains/propolis.volume/vol-a/create", "null", HttpStatusCode.BadRequest)]
    public async Task Wrong_calls_are_told_what_is_wrong(string path, string body, HttpStatusCode status)
    {
        var answer = await _http.PostAsync(path, Json(body));
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("detail", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_becomes_ready_and_a_second_one_is_refused()
    {
        Assert.Contains("\"healthy\"", await _http.GetStringAsync("/health/live"), StringComparison.Ordinal);
        for (var i = 0; i < 100 && !(await _http.GetAsync("/health/ready")).IsSuccessStatusCode; i++)
            await Task.Delay(50);
        Assert.Contains("\"silo\"", await _http.GetStringAsync("/health/ready"), StringComparison.Ordinal);

        await using var other = await Databases.OpenAsync(Path.Combine(_directory.FullName, "silo.db"));
        await Assert.ThrowsAsync<StoreException>(() => new SiloLease(other, TimeProvider.System).AcquireAsync("elsewhere 1 1"));
    }

    [Fact]
    public async Task Projects_are_listed_after_a_charge()
    {
        var project = new RemoteGrains(_http).Get<IProjectGrain>("proj-web");
        await project.SetQuotaAsync(new() { OperationId = "q", Actor = "u", Quota = new() { Instances = 1, Cpus = 1, MemoryMb = 1 } });
        var page = await _app.Services.GetRequiredService<IClusterIndex>().ProjectsAsync(new());
        Assert.Equal("web", page.Items.Single().Name);
    }

    static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
