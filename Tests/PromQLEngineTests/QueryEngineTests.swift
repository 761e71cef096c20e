import MetricModel
import StorageAPI
import Testing

@testable import PromQLEngine
