namespace Propolis.Silo.Orleans.Tests;

/// <summary>Stands for all tests of the Orleans host where it was not built, so that their absence shows.</summary>
public sealed class OrleansHostTests
{
    [Fact(Skip = "Orleans' packages are not in the local NuGet cache, so the Orleans host was not built")]
    public void Orleans_host_passes_its_tests() => Assert.Fail("unreachable");
}
