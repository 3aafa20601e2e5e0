using Xunit.Sdk;
using Xunit.v3;

namespace Propolis.Scenarios.Clusters;

/// <summary>Runs the scenarios of a class by their names, so that the one that costs a sled comes last.</summary>
public sealed class AlphabeticalOrderer : ITestCaseOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => [.. testCases.OrderBy(test => test.TestMethod?.MethodName, StringComparer.Ordinal)];
}
